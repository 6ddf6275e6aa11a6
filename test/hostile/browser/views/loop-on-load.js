// Blocks its thread before the bootstrap has got its ports.
for (;;);
