puts hook["params"]["foo"]
puts hook.params.foo
puts hook[:params][:foo]
puts Hook["params"]["foo"]
puts Hook.params.foo
puts $hook["params"]["foo"]
puts $Hook.params.foo
puts service.params.foo
puts service["params"]["foo"]
puts hook.req.params.foo
puts hook["req"]["params"]["foo"]
puts hook.input.params.foo
puts hook["input"]["params"]["foo"]
puts input.params.foo

class Elsewhere
  def self.foo
    hook.params.foo
  end
end
puts Elsewhere.foo
