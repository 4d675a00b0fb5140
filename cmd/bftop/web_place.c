#include <sys/socket.h>

#include "cmd/bftop/web.h"
#include "lib/base/clock.h"

static struct web_place *take(struct web *w, int fd)
{
    for (size_t i = 0; i < WEB_CONNECTIONS; i++)
        if (!w->place[i].taken) {
            w->place[i] = (struct web_place){
                .fd = fd, .taken = true, .until_ms = bf_clock_mono_ms() + WEB_ASK_MS};
            return &w->place[i];
        }
    return NULL; /* MHD has no more connections than there are places */
}

void web_on_connection(void *arg, struct MHD_Connection *connection, void **own,
                       enum MHD_ConnectionNotificationCode code)
{
    struct web *w = arg;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    pthread_mutex_lock(&w->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *own = info ? take(w, info->connect_fd) : NULL;
    else if (*own) /* MHD closes the descriptor after this */
        ((struct web_place *)*own)->taken = false;
    pthread_mutex_unlock(&w->lock);
}

struct web_place *web_place_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void web_place_until(struct web *w, struct web_place *place, int64_t ms)
{
    if (!place)
        return;
    pthread_mutex_lock(&w->lock);
    place->until_ms = ms ? bf_clock_mono_ms() + ms : 0;
    pthread_mutex_unlock(&w->lock);
}

void web_places_sweep(struct web *w)
{
    int64_t now = bf_clock_mono_ms();
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < WEB_CONNECTIONS; i++) {
        struct web_place *p = &w->place[i];
        if (!p->taken || !p->until_ms || now < p->until_ms)
            continue;
        shutdown(p->fd, SHUT_RDWR); /* its thread sees the end, and closes it */
        p->until_ms = 0;
    }
    pthread_mutex_unlock(&w->lock);
}
