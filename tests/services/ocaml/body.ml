let block = Bytes.create 65536

let rec copy () =
  let length = input stdin block 0 (Bytes.length block) in
  if length > 0 then (
    output stdout block 0 length;
    copy ())

let () = copy ()
