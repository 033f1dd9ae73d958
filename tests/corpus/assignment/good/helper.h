#define HELPER
