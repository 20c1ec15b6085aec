for count = 1, 3 do
  if count > 1 then os.execute("sleep 0.5") end
  print(count)
end
