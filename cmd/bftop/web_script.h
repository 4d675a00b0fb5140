/* The page's script: panels are replaced by the server's HTML, which is escaped there. An opened table stays open, a table
 * stays where it was scrolled to, and what has the keyboard's focus keeps it. */
#ifndef BFTOP_WEB_SCRIPT_H
#define BFTOP_WEB_SCRIPT_H

#define WEB_SCRIPT                                                                                 \
    "(function(){'use strict';"                                                                    \
    "function at(id){return document.getElementById(id)}"                                          \
    "function say(text,trouble){"                                                                  \
    "if(!trouble||text){at('state').textContent=trouble?'':text}"                                  \
    "if(at('trouble').textContent!==(trouble?text:'')){"                                           \
    "at('trouble').textContent=trouble?text:''}}"                                                  \
    "function panel(m){var d=JSON.parse(m.data),old=at(d.id),on=document.activeElement;"           \
    "if(!old){return}"                                                                             \
    "var open=!!old.querySelector('details[open]'),w=old.querySelector('.w'),"                     \
    "top=w?w.scrollTop:0,left=w?w.scrollLeft:0,"                                                   \
    "held=old.contains(on)?(on.tagName==='SUMMARY'?'summary':'.w'):'';"                            \
    "old.outerHTML=d.html;old=at(d.id);"                                                           \
    "if(open&&old.querySelector('details')){old.querySelector('details').open=true}"               \
    "w=old.querySelector('.w');"                                                                   \
    "if(w){w.scrollTop=top;w.scrollLeft=left}"                                                     \
    "w=held&&old.querySelector(held);"                                                             \
    "if(w){w.focus({preventScroll:true})}}"                                                        \
    "function connect(){var events=new EventSource('events');"                                     \
    "events.addEventListener('panel',panel);"                                                      \
    "events.addEventListener('state',function(m){var "                                             \
    "d=JSON.parse(m.data);say(d.text,d.trouble)});"                                                \
    "events.addEventListener('set',function(m){"                                                   \
    "if(m.data!==document.querySelector('main').dataset.set){location.reload()}});"                \
    "events.onerror=function(){say('not connected; trying again',true);"                           \
    "if(events.readyState===2){events.close();setTimeout(connect,3000)}}}"                         \
    "connect()})();"

#endif
