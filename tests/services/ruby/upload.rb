file = hook.params.f
puts file.filename, file.type, file.size
print File.binread(file.path)
