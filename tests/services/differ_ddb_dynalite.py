"""The features that dynalite lacks, checked against the references: it follows the service of 2019."""
from differ import text_of

TRANSACTIONS = "dynalite has no transactions"
CHECKED = "Developer Guide, condition grammar: an operand's type is checked before any item is read; dynalite reads first"
DISTINCT = "The service: the first operand of IN must be distinct from the others; dynalite does not look"
OPERATORS = "Developer Guide, constraints: at most 300 operators; dynalite does not count"
MISSING = "Developer Guide, comparators: a <> b is true where an operand is missing (the service and DynamoDB Local); dynalite says false"
SIZES = "Developer Guide, size(): a number never lies between two binaries; dynalite compares them"
TABLE = "dynalite has no streams, and counts no items"
NAMES = "API reference, PutItem: attribute names are not empty; dynalite does not look"
EMPTY_KEY = "API reference, AttributeValue: a key is not empty; dynalite finds nothing for it"
DIGITS = "Developer Guide, Number: at most 38 digits; dynalite keeps what ADD makes of it"
LEGACY = "API reference: ConditionalOperator goes with Expected; dynalite passes over it"
REFUSALS = {"Incorrect operand type for operator or function": CHECKED, "The first operand must be distinct": DISTINCT,
            "too many operators": OPERATORS, "ConditionalOperator": LEGACY, "Empty attribute name": NAMES, "cannot contain an empty": EMPTY_KEY,
            "more than 38 significant digits": DIGITS}
UNKNOWN = ("ItemCount", "TableSizeBytes", "StreamSpecification", "LatestStreamArn", "LatestStreamLabel")


def known(answer):
    return {k: v for k, v in answer.get("Table", {}).items() if k not in UNKNOWN}


def excuse(operation, call, answers, messages):
    """Why dynalite may differ here; None: it must not."""
    ours, theirs = (a.get("error") for a in answers)
    if theirs == "UnknownOperationException" and operation.startswith("transact_"):
        return TRANSACTIONS
    if ours == "ValidationException" and theirs in (None, "ConditionalCheckFailedException"):
        for words, why in REFUSALS.items():
            if words in messages[0]:
                return why
    if {ours, theirs} == {None, "ConditionalCheckFailedException"}:
        shown = text_of(call)
        if "<>" in shown or "NOT " in shown:
            return MISSING
        if "size(" in shown and "BETWEEN" in shown:
            return SIZES
    if operation == "describe_table" and not ours and not theirs and known(answers[0]) == known(answers[1]):
        return TABLE
    return None
