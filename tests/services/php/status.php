<?php
$hook['res']->status(404, 'Not Here')
    ->setHeader('X-A', 'lost')
    ->setHeader('x-a', 'b c')
    ->setHeader('X-Gone', '1')
    ->removeHeader('X-Gone')
    ->appendHeader('X-L', '1')
    ->appendHeader('X-L', '2')
    ->setHeader('Set-Cookie', ['a=1', 'b=2'])
    ->addTrailers(['X-Sum' => '5']);
echo 'text';
