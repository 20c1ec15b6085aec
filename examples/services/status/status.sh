# stack ./status.sh
# curl -i 'http://127.0.0.1:3000/?name=tea'

case ${hook_params_name-} in
    '')
        status 400
        echo "name is missing"
        ;;
    tea)
        status 418
        header X-Brew "earl grey"
        header Set-Cookie cup=1
        header Set-Cookie saucer=1
        echo "I am a teapot."
        ;;
    *)
        status 404 "Only Tea"
        echo "there is only tea"
        ;;
esac
