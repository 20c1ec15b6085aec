let facts =
  [ "method"; "url"; "path"; "query"; "headers.x-a"; "host"; "httpVersion"; "connection.remoteAddress"; "id";
    "deadline" ]

let () =
  List.iter (fun name -> print_endline (Hook.req name)) facts;
  print_endline (List.assoc "a" hook_params)
