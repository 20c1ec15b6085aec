print $hook->{params}{v};
