let () =
  Hook.status 404;
  Hook.status_message "Not Here";
  Hook.header "X-A" "lost";
  Hook.header "x-a" "b c";
  Hook.header "X-Gone" "1";
  Hook.remove_header "X-Gone";
  Hook.append_header "X-L" "1";
  Hook.append_header "X-L" "2";
  Hook.append_header "Set-Cookie" "a=1";
  Hook.append_header "Set-Cookie" "b=2";
  Hook.trailer "X-Sum" "5";
  print_string "text"
