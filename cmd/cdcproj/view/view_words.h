/* The words of a query that say that it is more than sums over the rows of one table. */
#ifndef CDCPROJ_VIEW_WORDS_H
#define CDCPROJ_VIEW_WORDS_H

#include "cmd/cdcproj/view/view_text.h"

/* Why a query of the tokens from .. to - 1, without its first word, cannot be kept; NULL: no word forbids it. */
const char *words_beyond(const struct tokens *t, size_t from, size_t to, bool pg);

/* The first call of an aggregate function in from .. to - 1; to: there is none. */
size_t words_aggregate(const struct tokens *t, size_t from, size_t to);

/* Is the last of the tokens from .. to - 1 the name of the result before it, without AS? */
bool words_end_in_name(const struct tokens *t, size_t from, size_t to);

/* Is the value of the tokens from .. to - 1 given on as it is: as the whole, as a result of CASE, as an argument of a dec_ function, or
 * as one of coalesce() and its like whose value is? Otherwise it is compared or computed with. */
bool tokens_are_result(const struct tokens *t, size_t from, size_t to);

/* Is the name of token i compared as it is: by < or >, as the argument of min() or max(), or in ORDER BY? */
bool words_compare(const struct tokens *t, size_t i);

#endif
