/* The services that bflocal has. */
#ifndef BL_SERVICES_H
#define BL_SERVICES_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service *const bl_services[]; /* NULL at the end */

#endif
