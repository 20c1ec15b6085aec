let () =
  print_string "begun\n";
  Unix.sleep 60
