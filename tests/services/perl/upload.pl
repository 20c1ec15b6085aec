my $file = $hook->{params}{f};
print "$file->{filename}\n$file->{type}\n$file->{size}\n";
open my $content, '<', $file->{path} or die "$file->{path}: $!";
print <$content>;
