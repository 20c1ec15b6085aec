<?php
// The messages to the server, and the response that is made of them.

namespace Stack;

/** Messages to the server on descriptor 3, one a line. */
final class Control
{
    const FLAGS = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;

    private static $stream;

    /** Opens a descriptor by its path, which PHP would resolve to what a pipe is not called. */
    public static function open($path, $mode)
    {
        return @fopen(str_replace('/dev/fd/', 'php://fd/', $path), $mode);
    }

    public static function begin()
    {
        self::$stream = self::open(getenv('STACK_CONTROL') ?: '/dev/fd/3', 'w');
    }

    /** Sends one message at once, so that it is there before the next byte of output. */
    public static function send($type, array $payload)
    {
        // Without a reader there is nobody to tell.
        if (self::$stream) {
            $line = json_encode(['type' => $type, 'payload' => (object) $payload], self::FLAGS);
            @fwrite(self::$stream, $line . "\n");
        }
    }

    /** Writes a line to the server's log. */
    public static function log(...$words)
    {
        $texts = array_map(static function ($word) {
            return is_string($word) ? $word : json_encode($word, self::FLAGS | JSON_PARTIAL_OUTPUT_ON_ERROR);
        }, $words);
        self::send('log', ['text' => implode(' ', $texts)]);
    }
}

/**
 * The response. Its methods can be written as set_header too, and $res->status, $res->statusCode and
 * $res->statusMessage can be assigned and read.
 */
final class Response
{
    private $code = 200;
    private $message = '';
    /** Each header by its name in lower case and its whole line. */
    private $lines = [];

    public function status($code, $message = null)
    {
        $this->code = is_numeric($code) ? (int) $code : $code;
        Control::send('status', ['value' => $this->code]);
        // A reason belongs to its code alone.
        if ($message !== null || $this->message !== '') {
            $this->message($message ?? '');
        }
        return $this;
    }

    /** Sets a header, or several of that name when the value is a list; cookies stand side by side. */
    public function setHeader($name, $value)
    {
        return $this->put($name, $value, strcasecmp($name, 'Set-Cookie') !== 0);
    }

    public function appendHeader($name, $value)
    {
        return $this->put($name, $value, false);
    }

    public function removeHeader($name)
    {
        $this->forget($name);
        Control::send('removeHeader', ['name' => $name]);
        return $this;
    }

    public function writeHead($code, $message = null, $headers = [])
    {
        if (is_array($message)) {
            [$message, $headers] = [null, $message];
        }
        $this->status($code, $message);
        foreach ($headers as $name => $value) {
            $this->put($name, $value, true);
        }
        return $this;
    }

    public function addTrailers(array $trailers)
    {
        Control::send('addTrailers', ['trailers' => (object) array_map([self::class, 'text'], $trailers)]);
        return $this;
    }

    public function writeContinue()
    {
        Control::send('writeContinue', []);
        return $this;
    }

    public function write($data)
    {
        echo $data;
        return $this;
    }

    /** Writes a value as indented JSON, under a type of its own unless there is one already. */
    public function json($value)
    {
        $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS;
        $text = json_encode($value, $flags | JSON_PRETTY_PRINT | JSON_THROW_ON_ERROR);
        if (!$this->has('Content-Type')) {
            $this->setHeader('Content-Type', 'application/json');
        }
        // PHP indents by four spaces; no string holds a line break, so that every line begins with them.
        echo preg_replace('/^( +)\1/m', '$1', $text), "\n";
        return $this;
    }

    /** Writes the last of the body, text with a line break after it, and ends the response and the script. */
    public function end($data = null)
    {
        if ($data !== null) {
            echo $data, "\n";
        }
        Hook::end();
        exit(0);
    }

    public function has($name)
    {
        return in_array(strtolower($name), array_column($this->lines, 0), true);
    }

    /** Every header as a line. */
    public function lines()
    {
        return array_column($this->lines, 1);
    }

    /** Sets or adds a header. */
    public function put($name, $value, $replace)
    {
        if ($replace) {
            $this->forget($name);
        }
        $value = self::text($value);
        foreach ((array) $value as $each) {
            $this->lines[] = [strtolower($name), "$name: $each"];
        }
        Control::send($replace ? 'setHeader' : 'appendHeader', ['name' => (string) $name, 'value' => $value]);
        return $this;
    }

    public function __get($name)
    {
        switch (self::spelled($name)) {
            case 'status':
            case 'statusCode':
                return $this->code;
            case 'statusMessage':
                return $this->message;
        }
        trigger_error("A response has no \$$name", E_USER_WARNING);
    }

    public function __set($name, $value)
    {
        switch (self::spelled($name)) {
            case 'status':
            case 'statusCode':
                $this->status($value);
                break;
            case 'statusMessage':
                $this->message($value);
                break;
            default:
                throw new \Error("A response has no \$$name");
        }
    }

    public function __call($name, array $arguments)
    {
        $method = self::spelled($name);
        if (!method_exists($this, $method)) {
            throw new \Error("A response has no method $name()");
        }
        return $this->$method(...$arguments);
    }

    private function message($text)
    {
        $this->message = (string) $text;
        Control::send('statusMessage', ['value' => $this->message]);
    }

    private function forget($name)
    {
        $name = strtolower($name);
        $this->lines = array_values(array_filter($this->lines, static function ($line) use ($name) {
            return $line[0] !== $name;
        }));
    }

    /** The name in camel case. */
    private static function spelled($name)
    {
        return lcfirst(str_replace('_', '', ucwords($name, '_')));
    }

    /** What a header takes: a text, or a list of them. */
    private static function text($value)
    {
        return is_array($value) ? array_map('strval', array_values($value)) : (string) $value;
    }
}
