<?php // The third line is not PHP.
$fine = true;
if ($fine { echo 'not closed';
