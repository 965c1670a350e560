"""WebAssembly modules from where users keep them: web servers and registries of images."""
