<?php
// Throws an error that nothing catches.
function fail() { throw new Exception('the reason'); }
fail();
