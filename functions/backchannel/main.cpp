#include "functions/backchannel/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_provider_function(argc, argv, {"backchannel", "ends sessions because the provider says so"},
                                              vestibule::handle_backchannel);
}
