<?php
stream_copy_to_stream(STDIN, fopen('php://output', 'w'));
