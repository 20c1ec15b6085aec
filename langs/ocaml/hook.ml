(* What a service in OCaml is told of its request, and what it says of its answer.

   It is linked in front of every program: it waits for the request, sets the variables of CGI, and opens [Names] for
   the program, whose prints then leave line by line. *)

(* Messages to the server, one a line, in JSON. *)

let descriptor : int -> Unix.file_descr = Obj.magic

(* What such a variable names: a descriptor that is there, or a path. *)
let opened variable flags =
  let prefix = "/dev/fd/" in
  let start = String.length prefix in
  match Sys.getenv_opt variable with
  | None -> None
  | Some path when String.length path > start && String.sub path 0 start = prefix ->
      Some (descriptor (int_of_string (String.sub path start (String.length path - start))))
  | Some path -> Some (Unix.openfile path (Unix.O_CLOEXEC :: flags) 0)

let request = opened "STACK_REQUEST" [ Unix.O_RDONLY ]
let control = if request = None then None else opened "STACK_CONTROL" [ Unix.O_WRONLY; Unix.O_APPEND ]

(* How many bytes the UTF-8 character there has; 0 where there is no valid one. *)
let character text at =
  let byte offset = if at + offset < String.length text then Char.code text.[at + offset] else 0 in
  let follows offset = byte offset land 0xc0 = 0x80 in
  let first = byte 0 and second = byte 1 in
  if first < 0x80 then 1
  else if first >= 0xc2 && first <= 0xdf && follows 1 then 2
  else if first land 0xf0 = 0xe0 && follows 1 && follows 2
          && (first <> 0xe0 || second >= 0xa0) && (first <> 0xed || second < 0xa0) then 3
  else if first >= 0xf0 && first <= 0xf4 && follows 1 && follows 2 && follows 3
          && (first <> 0xf0 || second >= 0x90) && (first <> 0xf4 || second < 0x90) then 4
  else 0

let quoted text =
  let out = Buffer.create (String.length text + 2) in
  let rec add at =
    if at < String.length text then (
      let length = character text at in
      (match text.[at] with
      | _ when length = 0 -> Buffer.add_string out "\\ufffd"
      | ('"' | '\\') as letter -> Buffer.add_char out '\\'; Buffer.add_char out letter
      | '\000' .. '\031' as letter -> Buffer.add_string out (Printf.sprintf "\\u%04x" (Char.code letter))
      | _ -> Buffer.add_substring out text at length);
      add (at + max length 1))
  in
  Buffer.add_char out '"';
  add 0;
  Buffer.add_char out '"';
  Buffer.contents out

let send kind payload =
  let line = Printf.sprintf "{\"type\":\"%s\",\"payload\":{%s}}\n" kind payload in
  let write descriptor = ignore (Unix.write_substring descriptor line 0 (String.length line)) in
  try Option.iter write control with Unix.Unix_error _ -> ()

let member name value = Printf.sprintf "\"%s\":%s" name (quoted value)
let field kind name value = send kind (member "name" name ^ "," ^ member "value" value)
let pair (name, value) = Printf.sprintf "[%s,%s]" (quoted name) (quoted value)

(* The answer: all of this goes before the first byte of output, but for trailers and the log. *)

let status code = send "status" (Printf.sprintf "\"value\":%d" code)
let status_message text = send "statusMessage" (member "value" text)

(* In place of all earlier ones of that name. *)
let header = field "setHeader"

(* One more of that name, as for Set-Cookie. *)
let append_header = field "appendHeader"
let remove_header name = send "removeHeader" (member "name" name)

let write_head code message headers =
  let fields = String.concat "," (List.map pair headers) in
  send "writeHead" (Printf.sprintf "\"code\":%d,%s,\"headers\":[%s]" code (member "message" message) fields)

let trailer name value = send "addTrailers" (Printf.sprintf "\"trailers\":[%s]" (pair (name, value)))

(* A line in the server's log, as printf would write it. *)
let log format =
  Printf.ksprintf (fun text -> if control = None then prerr_endline text else send "log" (member "text" text)) format

(* Sends a text of the body at once. *)
let write text = print_string text; flush stdout

(* Sends the last of the body with a line break, and ends the program with success. *)
let end_ text = print_endline text; send "end" ""; exit 0

(* The request document: lines of a name, a tab and a value. *)

let read_all descriptor =
  let channel = Unix.in_channel_of_descr descriptor and block = Bytes.create 65536 and all = Buffer.create 65536 in
  let rec read () =
    let count = input channel block 0 (Bytes.length block) in
    if count > 0 then (Buffer.add_subbytes all block 0 count; read ())
  in
  read ();
  close_in channel;
  Buffer.contents all

let unescaped text =
  if not (String.contains text '\\') then text
  else (
    let plain = Buffer.create (String.length text) in
    let add is_escaped letter =
      if letter = '\\' && not is_escaped then true
      else (
        Buffer.add_char plain
          (match letter with
          | 'n' when is_escaped -> '\n'
          | 't' when is_escaped -> '\t'
          | 'r' when is_escaped -> '\r'
          | '0' when is_escaped -> '\000'
          | _ -> letter);
        false)
    in
    ignore (Seq.fold_left add false (String.to_seq text));
    Buffer.contents plain)

let facts =
  let split line =
    let part from until = unescaped (String.sub line from (until - from)) in
    Option.map
      (fun tab -> (part 0 tab, part (tab + 1) (String.length line)))
      (String.index_opt line '\t')
  in
  match Option.map read_all request with
  | None -> []
  | Some "" -> exit 1
  | Some document -> List.filter_map split (String.split_on_char '\n' document)

let section name =
  let start = String.length name in
  let rest (key, value) =
    let length = String.length key in
    if length >= start && String.sub key 0 start = name then Some (String.sub key start (length - start), value)
    else None
  in
  List.filter_map rest facts

(* Every parameter. What stands in a map or a list is named as in "a[b]" and "l[0]". *)
let params = section "params."

(* Where the files stand that were uploaded, by the name of their field. Their other facts are the parameters
   "f[filename]", "f[type]" and "f[size]". A field named "f[path]" can imitate a file there, but not here. *)
let files = section "files."

(* "method", "url", "path", "query", "host", "httpVersion", "connection.remoteAddress", "id", "deadline" in
   milliseconds, "headers.user-agent"; what is not there is empty. *)
let facts_of_request = section "req."
let req name = Option.value (List.assoc_opt name facts_of_request) ~default:""
let param name = List.assoc_opt name params
let param_or name otherwise = Option.value (param name) ~default:otherwise

let () =
  Printexc.record_backtrace true;
  List.iter (fun (name, value) -> try Unix.putenv name value with Unix.Unix_error _ -> ()) (section "env.");
  (* Nothing here can remove a variable. *)
  if request <> None then Unix.putenv "STACK_REQUEST" ""

let environment =
  let split entry =
    let split at = (String.sub entry 0 at, String.sub entry (at + 1) (String.length entry - at - 1)) in
    Option.map split (String.index_opt entry '=')
  in
  List.filter_map split (Array.to_list (Unix.environment ()))

(* What every program finds opened: these names, and prints that do not wait for a flush. *)
module Names = struct
  let hook_params = params
  let hook_env = environment
  let hook_req = facts_of_request

  let flush_line text = if String.contains text '\n' then flush stdout
  let print_string text = print_string text; flush_line text
  let print_bytes bytes = print_bytes bytes; flush_line (Bytes.unsafe_to_string bytes)
  let print_char letter = print_char letter; if letter = '\n' then flush stdout
  let output_string channel text = output_string channel text; if channel == stdout then flush_line text

  module Printf = struct
    include Printf

    let fprintf channel format = kfprintf (fun channel -> if channel == stdout then flush channel) channel format
    let printf format = fprintf stdout format
  end
end
