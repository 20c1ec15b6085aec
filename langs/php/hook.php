<?php
// From the request document to the script's variables, and from the script's end to that of the response.

namespace Stack;

final class Hook
{
    /** @var Response */
    public static $response;
    /** What each INPUT_… constant stands for, whatever the script does to its superglobals. */
    public static $inputs = [];
    /** The paths of the uploaded files, as keys. */
    public static $uploads = [];
    private static $process;
    private static $last;

    /** Waits for the request, and gives it to the script. */
    public static function begin()
    {
        self::reportOnStandardError();
        $isAhead = self::loadAhead();
        $place = getenv('STACK_REQUEST') ?: '/dev/fd/4';
        putenv('STACK_REQUEST');
        unset($_SERVER['STACK_REQUEST']);
        $file = Control::open($place, 'r');
        $text = $file ? stream_get_contents($file) : '';
        if ((string) $text === '') {
            exit(1);
        }
        Control::begin();
        if ($isAhead) {
            // What was loaded may have asked for random numbers, and a fork would go on with the same.
            mt_srand();
        }
        $document = self::decode($text);
        foreach ($document['env'] as $name => $value) {
            putenv("$name=$value");
        }
        self::$process = getmypid();
        self::$response = new Response();
        $request = $document['req'];
        $request['params'] = $document['params'];
        $GLOBALS['hook'] = $GLOBALS['Hook'] = $GLOBALS['service'] = [
            'params' => $document['params'],
            'env' => getenv(),
            'req' => $request,
            'res' => self::$response,
            'input' => $request,
            'service' => $document['service'],
            'log' => \Closure::fromCallable([Control::class, 'log']),
        ];
        self::fillSuperglobals($document);
        if ((fstat(STDIN)['mode'] & 0170000) !== 0020000) {
            require __DIR__ . '/input.php';
        }
        self::watch();
    }

    /** In a process that waits for its request, runs the files that it is told: such as a loader of classes. */
    private static function loadAhead()
    {
        $words = explode(' ', (string) getenv('STACK_AHEAD'));
        putenv('STACK_AHEAD');
        unset($_SERVER['STACK_AHEAD'], $_ENV['STACK_AHEAD']);
        foreach (array_slice($words, 2) as $file) {
            try {
                // What is required and is not there would end the process.
                if (strpos($file, '://') === false && stream_resolve_include_path($file) === false) {
                    throw new \Exception('there is no such file');
                }
                require_once $file;
            } catch (\Throwable $error) {
                fwrite(STDERR, "$file cannot be loaded ahead: {$error->getMessage()}\n");
            }
        }
        return $words !== [''];
    }

    /** Whether php.ini named a file in that setting. */
    public static function names($setting)
    {
        return !in_array((string) get_cfg_var($setting), ['', 'none'], true);
    }

    /** The script came to its end: says so after all that may still write. */
    public static function finish()
    {
        register_shutdown_function(static function () {
            // PHP destroys this object, the youngest, after all others.
            self::$last = new class {
                public function __destruct()
                {
                    Hook::close();
                }
            };
        });
    }

    public static function close()
    {
        // Where nothing was written, the exit is what sends the head, and runs what is registered for it.
        $children = '/proc/self/task/' . self::$process . '/children';
        if (!self::failure() && headers_sent() && @file_get_contents($children) === '') {
            self::end();
        }
    }

    /** Sends what stands in the buffers, and then that the answer is complete. */
    public static function end()
    {
        while (ob_get_level() > 0 && @ob_end_flush());
        // What another request may read must be there before this one is answered.
        if (function_exists('session_write_close')) {
            session_write_close();
        }
        if (getmypid() === self::$process) {
            Control::send('end', []);
        }
    }

    /** PHP's words about errors go to the log, and never into the body by themselves. */
    private static function reportOnStandardError()
    {
        ini_set('display_errors', 'stderr');
        if ((string) ini_get('error_log') === '') {
            ini_set('log_errors', '0');
        }
    }

    private static function decode($text)
    {
        $document = json_decode($text, true, 512, JSON_BIGINT_AS_STRING);
        if ($document === null) {
            // A body of JSON may hold half of a surrogate pair, which no text of PHP can.
            $half = '~\\\\u[dD][89abAB]\w\w\\\\u[dD][c-fC-F]\w\w(*SKIP)(*F)|\\\\[^u](*SKIP)(*F)'
                . '|\\\\u[dD][89a-fA-F]\w\w~';
            $document = json_decode(preg_replace($half, '\ufffd', $text), true, 512, JSON_BIGINT_AS_STRING);
        }
        return $document;
    }

    private static function fillSuperglobals(array $document)
    {
        $request = $document['req'];
        $headers = $request['headers'];
        parse_str($request['query'], $_GET);
        $_COOKIE = self::cookies($headers['cookie'] ?? '');
        $type = strtolower(trim(explode(';', $headers['content-type'] ?? '')[0]));
        $forms = ['application/x-www-form-urlencoded', 'multipart/form-data'];
        if ($request['method'] === 'POST' && in_array($type, $forms, true)) {
            require __DIR__ . '/form.php';
            [$_POST, $_FILES] = (new Form($document['params']))->superglobals();
        }
        $sources = ['G' => $_GET, 'P' => $_POST, 'C' => $_COOKIE];
        $_REQUEST = [];
        foreach (str_split(strtoupper(ini_get('request_order') ?: ini_get('variables_order'))) as $source) {
            $_REQUEST = array_replace_recursive($_REQUEST, $sources[$source] ?? []);
        }
        $now = microtime(true);
        $_SERVER = array_merge($_SERVER, $document['env'], self::credentials($headers['authorization'] ?? ''), [
            'DOCUMENT_ROOT' => dirname($_SERVER['SCRIPT_FILENAME']),
            'PHP_SELF' => ($document['env']['SCRIPT_NAME'] ?? '') . ($document['env']['PATH_INFO'] ?? ''),
            'REQUEST_TIME' => (int) $now,
            'REQUEST_TIME_FLOAT' => $now,
        ]);
        self::$inputs = [
            INPUT_GET => $_GET, INPUT_POST => $_POST, INPUT_COOKIE => $_COOKIE, INPUT_SERVER => $_SERVER,
            INPUT_ENV => getenv(),
        ];
    }

    /** As PHP reads them: of equal names the first one counts, and a plus sign is no space. */
    private static function cookies($header)
    {
        $fields = [];
        foreach (explode(';', $header) as $field) {
            [$name, $value] = explode('=', ltrim($field), 2) + [1 => ''];
            $fields += [$name => urlencode($name) . '=' . str_replace(['+', '&'], ['%2B', '%26'], $value)];
        }
        parse_str(implode('&', $fields), $cookies);
        return $cookies;
    }

    private static function credentials($header)
    {
        [$scheme, $value] = explode(' ', $header, 2) + [1 => ''];
        $pair = explode(':', (string) base64_decode($value), 2);
        if (strcasecmp($scheme, 'Basic') === 0 && count($pair) === 2) {
            return ['AUTH_TYPE' => $scheme, 'PHP_AUTH_USER' => $pair[0], 'PHP_AUTH_PW' => $pair[1]];
        }
        return strcasecmp($scheme, 'Digest') === 0 ? ['AUTH_TYPE' => $scheme, 'PHP_AUTH_DIGEST' => $value] : [];
    }

    private static function watch()
    {
        register_shutdown_function(static function () {
            $length = ob_get_length();
            // Once more, to come after the functions of the script.
            register_shutdown_function(static function () use ($length) {
                if (getmypid() === self::$process) {
                    self::sendSession();
                    // A script may answer an error with a page of its own.
                    self::report(ob_get_length() === $length);
                }
            });
        });
        header_register_callback([self::class, 'sendSession']);
    }

    /** The headers of a session, before the first byte of output or, without any, at the end. */
    public static function sendSession()
    {
        static $isSent = false;
        $canSend = function_exists('session_id') && function_exists('Stack\session');
        if (!$isSent && $canSend && session_id() !== '' && !headers_sent()) {
            $isSent = true;
            session();
        }
    }

    private static function report($isSilent)
    {
        $failure = self::failure();
        // Where a part of the body is on its way, a message could overtake it; there the exit code is enough.
        $isSilent = $isSilent && !headers_sent() && !(is_resource(STDOUT) && ftell(STDOUT) > 0);
        if ($failure !== null && $isSilent) {
            // Of an uncaught error: its class and message, without the place and the trace.
            $line = strtok($failure, "\n");
            Control::send('error', ['error' => preg_replace('/^Uncaught (.*) in .*:\d+$/', '$1', $line)]);
        }
    }

    /** The words about the error that ended the script. */
    private static function failure()
    {
        $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;
        $error = error_get_last();
        return $error !== null && ($error['type'] & $fatal) ? $error['message'] : null;
    }
}
