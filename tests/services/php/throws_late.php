<?php
function fail()
{
    throw new Exception('the reason');
}
echo "before\n";
fail();
