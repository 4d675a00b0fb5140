"""STS: who is asking, and roles."""
SERVICE = "sts"
ANY = r"AccessKeyId|SecretAccessKey|SessionToken|AssumedRoleId|UserId"


def who(d, bad):
    return "get_caller_identity", {}


def role(d, bad):
    call = {"RoleArn": "arn:aws:iam::000000000000:role/" + d.one("r", "other"), "RoleSessionName": d.one("s1", "a@b", "x-1")}
    call.update(d.some(0.3, DurationSeconds=[900, 3600], ExternalId=["123"]))
    if bad:
        call.update(d.one({"DurationSeconds": 899}, {"DurationSeconds": 43201}, {"RoleSessionName": "a b"}, {"RoleSessionName": "s" * 65}))
    return "assume_role", call


MAKERS = [(1, who), (3, role)]
