let () =
  for tick = 1 to 3 do
    if tick > 1 then Unix.sleepf 0.5;
    print_string (string_of_int tick ^ "\n")
  done
