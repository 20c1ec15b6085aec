let () =
  List.iter (fun fact -> print_endline (List.assoc ("f[" ^ fact ^ "]") hook_params)) [ "filename"; "type"; "size" ];
  let file = open_in_bin (List.assoc "f" Hook.files) in
  print_string (really_input_string file (in_channel_length file))
