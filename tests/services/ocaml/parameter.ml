let () = print_string (List.assoc "v" hook_params)
