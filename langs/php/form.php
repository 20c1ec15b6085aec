<?php
// $_POST and $_FILES.

namespace Stack;

/**
 * The parameters of a form, written as its body was so that PHP itself reads them, by its own rules for names.
 * A parameter that the query alone would explain is taken for one of the query.
 */
final class Form
{
    private $fields = [];
    private $files = [];

    public function __construct(array $parameters)
    {
        foreach ($parameters as $name => $value) {
            $this->add(urlencode($name), '', $value);
        }
    }

    public function superglobals()
    {
        parse_str(implode('&', $this->fields), $post);
        $isOfQuery = static function ($value, $name) {
            return isset($_GET[$name]) && $_GET[$name] === $value;
        };
        parse_str(implode('&', $this->files), $files);
        foreach ($files as &$file) {
            foreach (['error', 'size'] as $number) {
                $entry = [&$file[$number]];
                array_walk_recursive($entry, static function (&$digits) {
                    $digits = (int) $digits;
                });
            }
        }
        $post = array_filter($post, static function ($value, $name) use ($isOfQuery) {
            return !$isOfQuery($value, $name);
        }, ARRAY_FILTER_USE_BOTH);
        return [$post, $files];
    }

    private function add($name, $path, $value)
    {
        if (!is_array($value)) {
            $this->fields[] = "$name$path=" . urlencode($value);
        } elseif (is_int($value['size'] ?? null)) {
            $this->addFile($name, $path, $value);
        } else {
            foreach ($value as $key => $each) {
                $this->add($name, $path . '[' . urlencode($key) . ']', $each);
            }
        }
    }

    /** PHP puts the path of a nested file behind the field: $_FILES['name of input']['size']['a'][0]. */
    private function addFile($name, $path, array $file)
    {
        $isChosen = $file['filename'] !== '' || $file['size'] > 0;
        $facts = [
            'name' => preg_replace('~^.*[/\\\\]~s', '', $file['filename']),
            'full_path' => $file['filename'],
            'type' => $isChosen ? $file['type'] : '',
            'tmp_name' => $isChosen ? $file['path'] : '',
            'error' => $isChosen ? UPLOAD_ERR_OK : UPLOAD_ERR_NO_FILE,
            'size' => $file['size'],
        ];
        foreach ($facts as $fact => $value) {
            $this->files[] = "{$name}[$fact]$path=" . urlencode($value);
        }
        if ($isChosen) {
            Hook::$uploads[$file['path']] = true;
        }
    }
}
