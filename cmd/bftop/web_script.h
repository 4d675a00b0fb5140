/* The page's script: panels are replaced by the server's HTML, which is escaped there. An opened table stays open, and
 * what has the keyboard's focus keeps it. */
#ifndef BFTOP_WEB_SCRIPT_H
#define BFTOP_WEB_SCRIPT_H

#define WEB_SCRIPT                                                                                 \
    "(function(){'use strict';var state=document.getElementById('state'),events;"                  \
    "function panel(m){var d=JSON.parse(m.data),old=document.getElementById(d.id);"                \
    "if(!old){return}"                                                                             \
    "var open=!!old.querySelector('details[open]'),held=old.contains(document.activeElement),"     \
    "at=old.querySelector('details .w'),top=at?at.scrollTop:0;"                                    \
    "old.outerHTML=d.html;"                                                                        \
    "var now=document.getElementById(d.id).querySelector('details');"                              \
    "if(now){now.open=open;now.querySelector('.w').scrollTop=top;"                                 \
    "if(held){now.querySelector('summary').focus()}}}"                                             \
    "function connect(){events=new EventSource('events');"                                         \
    "events.addEventListener('panel',panel);"                                                      \
    "events.addEventListener('state',function(m){state.textContent=JSON.parse(m.data)});"          \
    "events.addEventListener('set',function(m){"                                                   \
    "if(m.data!==document.querySelector('main').dataset.set){location.reload()}});"                \
    "events.onerror=function(){state.textContent='not connected; trying again';"                   \
    "if(events.readyState===2){events.close();setTimeout(connect,3000)}}}"                         \
    "connect()})();"

#endif
