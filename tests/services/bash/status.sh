status 404 'Not Here'
header X-A lost
header x-a b c
header X-Gone 1
header --remove X-Gone
header --append X-L 1
header --append X-L 2
header Set-Cookie a=1
header Set-Cookie b=2
trailer X-Sum 5
printf text
