log a log 5
echo 'an error' >&2
echo body
