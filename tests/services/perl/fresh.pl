$counter++;
print "$counter $$";
