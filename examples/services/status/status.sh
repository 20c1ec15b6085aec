# stack ./status.sh
# curl -i 'http://127.0.0.1:3000/?code=418'

status "${hook_params_code:-404}"
header X-Service status
echo "as you asked"
