# Builds a service in Go: `sh build.sh SOURCE OUTPUT DEPENDENCIES GO`, in a working folder of its own.
#
# Outside of a module a file is a program by itself. In one it is that too where its folder has several programs;
# otherwise the folder is one. Both can import "stack", and nothing is fetched. The dependencies are one rule of a
# makefile.
set -eu

source=$1 output=$2 dependencies=$PWD/$3 go=$4
folder=$(dirname "$source")
support=$(dirname "$0")
work=$PWD

[ -n "${GOCACHE:-}${XDG_CACHE_HOME:-}${HOME:-}" ] || export GOCACHE="$work/cache"
export GOPROXY=off GOTOOLCHAIN=local GOWORK=off

mkdir -p path/src/stack
cp "$support/stack.go" path/src/stack/

cd "$folder"
module=$(GO111MODULE=on "$go" env GOMOD)
if [ "$module" = /dev/null ]; then
    export GO111MODULE=off GOPATH="$work/path:$("$go" env GOPATH)"
    set -- "$source"
else
    export GO111MODULE=on
    root=$(dirname "$module")
    [ "$(grep -l '^func main()' ./*.go | wc -l)" -gt 1 ] && set -- "$source" || set -- .
    # A module that vendors has everything that it imports, and takes no more.
    if [ ! -f "$root/vendor/modules.txt" ]; then
        cp "$module" "$work/service.mod"
        [ ! -f "$root/go.sum" ] || cp "$root/go.sum" "$work/service.sum"
        (cd "$work/path/src/stack" && "$go" mod init stack 2>/dev/null)
        "$go" mod edit -require=stack@v0.0.0 "-replace=stack=$work/path/src/stack" "$work/service.mod"
        set -- "-modfile=$work/service.mod" "$1"
    fi
fi

# Version control says nothing of a service, and fails in a repository of somebody else's.
"$go" build -buildvcs=false -ldflags=-w -o "$output" "$@"

files='{{$dir := .Dir}}{{if not .Standard}}{{range .GoFiles}}{{$dir}}/{{.}}
{{end}}{{range .CgoFiles}}{{$dir}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}
{{end}}{{end}}'
{
    printf 'service:'
    "$go" list -deps -f "$files" "$@" | sed -e '/^$/d' -e 's/[ #]/\\&/g' -e 's/\$/$$/g' -e 's/^/ /' | tr -d '\n'
    echo
} > "$dependencies"
