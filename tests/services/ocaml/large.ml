let block = String.concat "" (List.init 4096 (fun _ -> "0123456789abcde\n"))

let () =
  for _ = 1 to 1600 do
    print_string block
  done
