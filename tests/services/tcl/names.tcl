puts [hook param foo]
puts $hook_params_foo
puts $Hook_params_foo
puts [set ::hook_params_foo]
puts [dict get $hook params foo]
puts [dict get $Hook params foo]
puts [dict get $service params foo]
puts [dict get $hook req params foo]
puts [dict get $hook input params foo]
