<?php
// php://input, which PHP does not have on a command line.

namespace Stack;

/**
 * Stands for PHP's own wrapper of php:// in a request with a body. php://input is the body, as often as it is
 * opened, read from standard input as far as it is asked for; every other address is PHP's own.
 */
final class Input
{
    /** So much of the body as was read. */
    private static $body;
    public $context;
    /** PHP's own stream, where this is not php://input. */
    private $stream;
    private $position = 0;

    public static function register()
    {
        stream_wrapper_unregister('php');
        stream_wrapper_register('php', self::class);
    }

    public function stream_open($path, $mode, $options)
    {
        // PHP includes no request body either; what it may include of php:// is a file behind filters.
        $isIncluded = $options & 128;
        if ($isIncluded && (stripos($path, 'php://filter/') !== 0 || strpos($path, ':', 6) !== false)) {
            return false;
        }
        stream_wrapper_restore('php');
        try {
            if (strcasecmp($path, 'php://input') === 0) {
                self::$body = self::$body ?? fopen('php://temp', 'w+');
                return true;
            }
            $this->stream = $this->context ? fopen($path, $mode, false, $this->context) : fopen($path, $mode);
            return $this->stream !== false;
        } finally {
            self::register();
        }
    }

    public function stream_read($count)
    {
        if ($this->stream) {
            return fread($this->stream, $count);
        }
        if ($this->position >= self::size()) {
            self::readMore($count);
        }
        fseek(self::$body, $this->position);
        $data = (string) fread(self::$body, $count);
        $this->position += strlen($data);
        return $data;
    }

    public function stream_eof()
    {
        return $this->stream ? feof($this->stream) : $this->position >= self::size() && self::isAtEnd();
    }

    public function stream_seek($offset, $whence)
    {
        if ($this->stream) {
            return @fseek($this->stream, $offset, $whence) === 0;
        }
        while (!self::isAtEnd() && ($whence === SEEK_END || self::size() < $offset)) {
            self::readMore(65536);
        }
        $position = $whence === SEEK_END ? self::size() + $offset : $offset;
        $isWithin = $position >= 0 && $position <= self::size();
        $this->position = $isWithin ? $position : $this->position;
        return $isWithin;
    }

    public function stream_tell()
    {
        return $this->stream ? ftell($this->stream) : $this->position;
    }

    public function stream_write($data)
    {
        return $this->stream ? fwrite($this->stream, $data) : 0;
    }

    public function stream_flush()
    {
        return $this->stream ? fflush($this->stream) : true;
    }

    public function stream_truncate(int $size)
    {
        return $this->stream ? ftruncate($this->stream, $size) : false;
    }

    public function stream_lock($operation)
    {
        return $this->stream ? flock($this->stream, $operation) : false;
    }

    public function stream_stat()
    {
        return $this->stream ? fstat($this->stream) : [];
    }

    public function url_stat()
    {
        return false;
    }

    public function stream_cast()
    {
        return $this->stream ?: false;
    }

    public function stream_set_option($option, $first, $second)
    {
        if (!$this->stream) {
            return false;
        }
        switch ($option) {
            case STREAM_OPTION_BLOCKING:
                return stream_set_blocking($this->stream, (bool) $first);
            case STREAM_OPTION_READ_TIMEOUT:
                return stream_set_timeout($this->stream, $first, $second);
            case STREAM_OPTION_WRITE_BUFFER:
                return stream_set_write_buffer($this->stream, $second) === 0;
        }
        return false;
    }

    private static function readMore($count)
    {
        $data = is_resource(STDIN) ? fread(STDIN, $count) : '';
        fseek(self::$body, 0, SEEK_END);
        fwrite(self::$body, (string) $data);
    }

    private static function isAtEnd()
    {
        return !is_resource(STDIN) || feof(STDIN);
    }

    private static function size()
    {
        return fstat(self::$body)['size'];
    }
}

Input::register();
