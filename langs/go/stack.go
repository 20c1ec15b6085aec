// Package stack has what a service is told of its request, and what it says of its answer.
//
//	func main() {
//		fmt.Printf("Hello, %s!\n", stack.ParamOr("name", "world"))
//	}
//
// Standard output is the body of the answer and leaves at once, standard input is the body of the request, standard
// error the log; os.Getenv has the variables of CGI. Without a server there are no parameters, and what is said of the
// answer goes nowhere.
package stack

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Request holds the facts of a request; what is not there is empty.
type Request struct {
	Method        string
	URL           string // Path and query as they came.
	Path          string
	Query         string
	Headers       map[string]string // By lower-case name.
	Host          string
	HTTPVersion   string
	RemoteAddress string
	ID            string            // The identifier that the server's log has too.
	Deadline      int64             // When the request will be ended, in milliseconds of Unix time; 0 for never.
	Params        map[string]string // As the variable of this name.
}

// Header returns the header of that name, in any case.
func (request Request) Header(name string) string { return request.Headers[strings.ToLower(name)] }

var (
	// Params has every parameter. What stands in a map or a list is named as in "a[b]" and "l[0]".
	Params = map[string]string{}

	// Files has where the files stand that were uploaded, by the name of their field. Their other facts are the
	// parameters "f[filename]", "f[type]" and "f[size]". A field named "f[path]" can imitate a file there, but not here.
	Files = map[string]string{}

	// Req is the request.
	Req = Request{Headers: map[string]string{}, Params: Params}
)

// Param returns the parameter of that name, or an empty text.
func Param(name string) string { return Params[name] }

// ParamOr returns the parameter of that name, or the other text when there is none.
func ParamOr(name, otherwise string) string {
	if value, found := Params[name]; found {
		return value
	}
	return otherwise
}

// Status sets the status, as everything but trailers and the log before the first byte of output.
func Status(code int) { send("status", fields{"value": code}) }

// StatusMessage sets the words behind the status.
func StatusMessage(text string) { send("statusMessage", fields{"value": text}) }

// Header sets a header, in place of all earlier ones of its name.
func Header(name, value string) {
	noteType(name, true)
	send("setHeader", fields{"name": name, "value": value})
}

// AppendHeader adds one more header of that name, as for Set-Cookie.
func AppendHeader(name, value string) {
	noteType(name, true)
	send("appendHeader", fields{"name": name, "value": value})
}

// RemoveHeader removes every header of that name.
func RemoveHeader(name string) {
	noteType(name, false)
	send("removeHeader", fields{"name": name})
}

// WriteHead sets the status, the words behind it unless they are empty, and headers.
func WriteHead(code int, message string, headers map[string]string) {
	payload := fields{"code": code, "headers": headers}
	if message != "" {
		payload["message"] = message
	}
	for name := range headers {
		noteType(name, true)
	}
	send("writeHead", payload)
}

// Trailer adds a field behind the body.
func Trailer(name, value string) { send("addTrailers", fields{"trailers": fields{name: value}}) }

// Log writes a line to the server's log, its words parted by blanks.
func Log(words ...any) { log(strings.TrimSuffix(fmt.Sprintln(words...), "\n")) }

// Logf writes a line to the server's log.
func Logf(format string, words ...any) { log(fmt.Sprintf(format, words...)) }

// Write sends bytes of the body at once.
func Write(data []byte) (int, error) { return os.Stdout.Write(data) }

// JSON sends a value as indented JSON, under a type of its own unless there is one already. It panics when the value
// cannot be JSON.
func JSON(value any) {
	if !typed {
		Header("Content-Type", "application/json")
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	os.Stdout.WriteString(text.String())
}

// End sends the last of the body with a line break, and ends the program with success.
func End(text string) {
	fmt.Println(text)
	send("end", fields{})
	os.Exit(0)
}

type fields map[string]any

var (
	// control takes the messages, one a line; nil without a server.
	control *os.File
	// typed is whether there is a Content-Type.
	typed bool
)

func noteType(name string, present bool) {
	if strings.EqualFold(name, "Content-Type") {
		typed = present
	}
}

func log(text string) {
	if control == nil {
		fmt.Fprintln(os.Stderr, text)
		return
	}
	send("log", fields{"text": text})
}

// send needs no buffer: a message must be there before the next byte of the body.
func send(kind string, payload fields) {
	if control == nil {
		return
	}
	line, err := json.Marshal(fields{"type": kind, "payload": payload})
	if err == nil {
		control.Write(append(line, '\n'))
	}
}

// The request is waited for here, before anything of the program itself runs.
func init() {
	pipe := open("STACK_REQUEST", os.O_RDONLY)
	if pipe == nil {
		return
	}
	document, err := io.ReadAll(pipe)
	if err != nil || len(document) == 0 {
		os.Exit(1)
	}
	pipe.Close()
	os.Unsetenv("STACK_REQUEST")
	control = open("STACK_CONTROL", os.O_WRONLY|os.O_APPEND)
	for _, line := range strings.Split(string(document), "\n") {
		if name, value, found := strings.Cut(line, "\t"); found {
			take(escapes.Replace(name), escapes.Replace(value))
		}
	}
}

// open opens what such a variable names: a descriptor that is there, or a path.
func open(variable string, flags int) *os.File {
	path := os.Getenv(variable)
	if descriptor, err := strconv.Atoi(strings.TrimPrefix(path, "/dev/fd/")); err == nil {
		return os.NewFile(uintptr(descriptor), path)
	}
	file, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil
	}
	return file
}

var escapes = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\0`, "\x00")

// take keeps one line of the document.
func take(name, value string) {
	section, rest, _ := strings.Cut(name, ".")
	switch section {
	case "env":
		os.Setenv(rest, value)
	case "params":
		Params[rest] = value
	case "files":
		Files[rest] = value
	case "req":
		Req.take(rest, value)
	}
}

func (request *Request) take(name, value string) {
	switch name {
	case "method":
		request.Method = value
	case "url":
		request.URL = value
	case "path":
		request.Path = value
	case "query":
		request.Query = value
	case "host":
		request.Host = value
	case "httpVersion":
		request.HTTPVersion = value
	case "connection.remoteAddress":
		request.RemoteAddress = value
	case "id":
		request.ID = value
	case "deadline":
		request.Deadline, _ = strconv.ParseInt(value, 10, 64)
	default:
		if header := strings.TrimPrefix(name, "headers."); header != name {
			request.Headers[header] = value
		}
	}
}
