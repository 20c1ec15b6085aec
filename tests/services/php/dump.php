<?php
foreach ($hook['params'] as $name => $value) {
    echo strlen($name), ':', $name, strlen($value), ':', $value;
}
