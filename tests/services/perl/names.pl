use strict;
use warnings;

print "$Hook{params}{foo}\n";
print "$hook{params}{foo}\n";
print "$Hook->{params}{foo}\n";
print "$hook->{params}{foo}\n";
print $hook->params->{foo}, "\n";
print "$service->{params}{foo}\n";
print "$service{params}{foo}\n";
print "$hook->{req}{params}{foo}\n";
print $hook->req->params->{foo}, "\n";
print "$hook->{input}{params}{foo}\n";
print $hook->input->params->{foo}, "\n";
print "$input->{params}{foo}\n";
print "$input{params}{foo}\n";
print "$Hook_params_foo\n";
print "$hook_params_foo\n";
print "$main::Hook_params_foo\n";
our $Hook_params_foo;
print "$Hook_params_foo\n";

package Elsewhere;
print "$main::hook->{params}{foo}\n";
