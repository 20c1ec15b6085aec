hook status 404 "Not Here"
hook header X-A lost
hook header x-a "b c"
hook header X-Gone 1
hook header -remove X-Gone
hook header -append X-L 1
hook header -append X-L 2
hook header Set-Cookie a=1
hook header Set-Cookie b=2
hook trailer X-Sum 5
puts -nonewline text
