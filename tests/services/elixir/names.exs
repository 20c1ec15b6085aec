defmodule Elsewhere do
  def foo, do: [Hook.params()["foo"], Hook.req().params["foo"], Hook.hook().params["foo"]]
end

here = [hook.params["foo"], hook[:params]["foo"], service.params["foo"], hook.req.params["foo"], input.params["foo"]]
Enum.each(here ++ Elsewhere.foo(), &IO.puts/1)
