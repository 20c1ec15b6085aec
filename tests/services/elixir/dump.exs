for {name, value} <- hook.params do
  IO.write("#{byte_size(name)}:#{name}#{byte_size(value)}:#{value}")
end
