# stack ./echo.sh
# curl 'http://127.0.0.1:3000/?foo=bar'

echo "hello world"
echo "\$Hook_params_foo: $Hook_params_foo"
