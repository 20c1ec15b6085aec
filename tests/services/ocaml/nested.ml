let () = List.iter (fun name -> print_endline (List.assoc name hook_params)) [ "a[b]"; "l[0]"; "l[1]" ]
