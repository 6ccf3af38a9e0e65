#include "functions/userinfo/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_provider_function(argc, argv, {"userinfo", "fetches fresh claims from the provider"},
                                              vestibule::handle_userinfo);
}
