<?php
// A service in PHP: stack runs it once for each request.

// Parameters come from the query, a form or JSON: /?name=Ada
$name = $hook['params']['name'] ?? 'world';

// Status and headers come before the first output; header() and http_response_code() do the same.
$hook['res']->status(200);
$hook['res']->setHeader('Content-Type', 'text/plain; charset=utf-8');

// What is printed is the body, and is sent at once.
echo "hello $name\n";

// The request's body is read as it comes; each line is answered before the next one is there.
while (($line = fgets(STDIN)) !== false) {
    echo "you said: $line";
}
