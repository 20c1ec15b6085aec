<?php
// The functions of PHP that mean nothing on a command line, doing what they do in a web server. PHP's own are
// disabled by the options that it is started with.

namespace Stack {
    /** Whether headers can still be sent; PHP's own warning, at the place of the call, when they cannot. */
    function isOpen()
    {
        if (!headers_sent($file, $line)) {
            return true;
        }
        warn("Cannot modify header information - headers already sent by (output started at $file:$line)");
        return false;
    }

    /** Warns as PHP would, with the file and the line of the script that called. */
    function warn($message)
    {
        foreach (debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS) as $frame) {
            if (isset($frame['file']) && dirname($frame['file']) !== __DIR__) {
                break;
            }
        }
        [$file, $line] = [$frame['file'] ?? '', $frame['line'] ?? 0];
        $handler = set_error_handler(null);
        restore_error_handler();
        $isHandled = $handler !== null && $handler(E_WARNING, $message, $file, $line) !== false;
        if (!$isHandled && (error_reporting() & E_WARNING)) {
            file_put_contents('php://stderr', "Warning: $message in $file on line $line\n");
        }
    }

    /** The line of a cookie. */
    function cookie($function, $name, $value, $options)
    {
        $options = array_change_key_case($options) + ['expires' => 0, 'path' => '', 'domain' => '', 'samesite' => ''];
        $refuse = static function ($what, $text, $characters) use ($function) {
            if (strpbrk($text, $characters) !== false) {
                $shown = strtr($characters, ["\t" => '\t', "\r" => '\r', "\n" => '\n', "\v" => '\013', "\f" => '\014']);
                throw new \ValueError("$function(): $what cannot contain any of \"$shown\"");
            }
        };
        if ($name === '') {
            throw new \ValueError("$function(): Argument #1 (\$name) cannot be empty");
        }
        $refuse('Argument #1 ($name)', $name, "=,; \t\r\n\013\014");
        $refuse('Argument #2 ($value)', $value, ",; \t\r\n\013\014");
        $refuse('The path', $options['path'], ",; \t\r\n\013\014");
        $refuse('The domain', $options['domain'], ",; \t\r\n\013\014");
        $expires = $value === '' ? 1 : (int) $options['expires'];
        $line = "$name=" . ($value === '' ? 'deleted' : $value);
        if ($expires > 0) {
            $line .= gmdate('; \e\x\p\i\r\e\s=D, d M Y H:i:s \G\M\T', $expires);
            $line .= '; Max-Age=' . max(0, $expires - time());
        }
        $line .= $options['path'] === '' ? '' : "; path={$options['path']}";
        $line .= $options['domain'] === '' ? '' : "; domain={$options['domain']}";
        $line .= empty($options['secure']) ? '' : '; secure';
        $line .= empty($options['httponly']) ? '' : '; HttpOnly';
        return $line . ($options['samesite'] === '' ? '' : "; SameSite={$options['samesite']}");
    }

    /** The headers that PHP would set at session_start(): a cookie, and wishes about caches. */
    function session()
    {
        $id = session_id();
        if (ini_get('session.use_cookies') && (Hook::$inputs[INPUT_COOKIE][session_name()] ?? null) !== $id) {
            $options = session_get_cookie_params();
            $options['expires'] = $options['lifetime'] > 0 ? time() + $options['lifetime'] : 0;
            $line = cookie('session_start', session_name(), rawurlencode($id), $options);
            Hook::$response->appendHeader('Set-Cookie', $line);
        }
        $seconds = 60 * session_cache_expire();
        $past = ['Expires' => 'Thu, 19 Nov 1981 08:52:00 GMT'];
        $wishes = [
            'nocache' => $past + ['Cache-Control' => 'no-store, no-cache, must-revalidate', 'Pragma' => 'no-cache'],
            'private' => $past + ['Cache-Control' => "private, max-age=$seconds"],
            'private_no_expire' => ['Cache-Control' => "private, max-age=$seconds"],
            'public' => [
                'Expires' => gmdate('D, d M Y H:i:s \G\M\T', time() + $seconds),
                'Cache-Control' => "public, max-age=$seconds",
            ],
        ];
        foreach ($wishes[session_cache_limiter()] ?? [] as $name => $value) {
            // What the script itself said about it counts.
            if (!Hook::$response->has($name)) {
                Hook::$response->setHeader($name, $value);
            }
        }
    }
}

namespace {
    use Stack\Hook;

    function header(string $header, bool $replace = true, int $response_code = 0): void
    {
        $header = rtrim($header);
        if ($header === '' || !Stack\isOpen()) {
            return;
        }
        $response = Hook::$response;
        if (preg_match('~^(?:HTTP/\S*|Status:) +(\d+) *(.*)$~si', $header, $found)) {
            $response->status((int) $found[1], $found[2] === '' ? null : $found[2]);
            return;
        }
        [$name, $value] = explode(':', $header, 2) + [1 => ''];
        [$name, $value] = [rtrim($name), ltrim($value)];
        $code = (int) $response->status;
        switch (strtolower($name)) {
            case 'content-type':
                $charset = ini_get('default_charset');
                if ($charset !== '' && stripos($value, 'text/') === 0 && stripos($value, 'charset=') === false) {
                    $value .= ";charset=$charset";
                }
                break;
            case 'location':
                $response_code = $response_code ?: ($code === 201 || intdiv($code, 100) === 3 ? 0 : 302);
                break;
            case 'www-authenticate':
                $response_code = $response_code ?: 401;
                break;
        }
        $response->put($name, $value, $replace);
        if ($response_code > 0) {
            $response->status($response_code);
        }
    }

    function header_remove(?string $name = null): void
    {
        if (!Stack\isOpen()) {
            return;
        }
        $names = array_map(fn ($line) => strtok($line, ':'), Hook::$response->lines());
        foreach ($name === null ? array_unique($names) : [$name] as $each) {
            Hook::$response->removeHeader($each);
        }
    }

    function headers_list(): array
    {
        return Hook::$response->lines();
    }

    function http_response_code(int $response_code = 0): int|bool
    {
        $code = Hook::$response->status;
        if ($response_code !== 0 && Stack\isOpen()) {
            Hook::$response->status($response_code);
        }
        return $code;
    }

    function setcookie(
        string $name,
        string $value = '',
        array|int $expires_or_options = 0,
        string $path = '',
        string $domain = '',
        bool $secure = false,
        bool $httponly = false
    ): bool {
        $options = is_array($expires_or_options) ? $expires_or_options
            : ['expires' => $expires_or_options] + compact('path', 'domain', 'secure', 'httponly');
        $line = Stack\cookie(__FUNCTION__, $name, rawurlencode($value), $options);
        return Stack\isOpen() && Hook::$response->appendHeader('Set-Cookie', $line);
    }

    function setrawcookie(
        string $name,
        string $value = '',
        array|int $expires_or_options = 0,
        string $path = '',
        string $domain = '',
        bool $secure = false,
        bool $httponly = false
    ): bool {
        $options = is_array($expires_or_options) ? $expires_or_options
            : ['expires' => $expires_or_options] + compact('path', 'domain', 'secure', 'httponly');
        $line = Stack\cookie(__FUNCTION__, $name, $value, $options);
        return Stack\isOpen() && Hook::$response->appendHeader('Set-Cookie', $line);
    }

    function getallheaders(): array
    {
        $headers = [];
        foreach ($GLOBALS['hook']['req']['headers'] ?? [] as $name => $value) {
            $headers[ucwords($name, '-')] = $value;
        }
        return $headers;
    }

    function apache_request_headers(): array
    {
        return getallheaders();
    }

    function is_uploaded_file(string $filename): bool
    {
        return isset(Hook::$uploads[$filename]);
    }

    function move_uploaded_file(string $from, string $to): bool
    {
        if (!is_uploaded_file($from) || !rename($from, $to)) {
            return false;
        }
        unset(Hook::$uploads[$from]);
        chmod($to, 0666 & ~umask());
        return true;
    }

    function filter_has_var(int $input_type, string $var_name): bool
    {
        return isset(Hook::$inputs[$input_type][$var_name]);
    }

    function filter_input(int $type, string $var_name, int $filter = FILTER_DEFAULT, array|int $options = 0): mixed
    {
        if (filter_has_var($type, $var_name)) {
            return filter_var(Hook::$inputs[$type][$var_name], $filter, $options);
        }
        $flags = is_array($options) ? $options['flags'] ?? 0 : $options;
        return $options['options']['default'] ?? ($flags & FILTER_NULL_ON_FAILURE ? false : null);
    }

    function filter_input_array(
        int $type,
        array|int $options = FILTER_DEFAULT,
        bool $add_empty = true
    ): array|false|null {
        $inputs = Hook::$inputs[$type] ?? [];
        return $inputs === [] ? null : filter_var_array($inputs, $options, $add_empty);
    }
}
