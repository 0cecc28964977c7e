-- What a filter's operator says of a value ($value) and its clauses ($clauses).

-- name: is
$value IN $clauses

-- name: is.any_case
has(arrayMap(clause -> lowerUTF8(clause), $clauses), lowerUTF8($value))

-- name: contains
arrayExists(clause -> position($value, clause) > 0, $clauses)

-- name: contains.any_case
arrayExists(clause -> positionCaseInsensitiveUTF8($value, clause) > 0, $clauses)

-- name: matches
arrayExists(clause -> match($value, clause), $clauses)

-- name: not
NOT ($part)

-- name: and
($left AND $right)

-- name: or
($left OR $right)

-- name: everything
true
